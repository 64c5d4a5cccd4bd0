-- Below 500,000,000 are the numbers of availability documents, which are those of their rounds.
create sequence ops.x12_control_numbers minvalue 500000000 maxvalue 999999999 cycle;

create table ops.file_answers (
    landing_file_id bigint not null,
    part integer not null,
    control_number bigint not null default nextval('ops.x12_control_numbers'),
    file_name text,
    drawn_at timestamptz not null default now(),
    written_at timestamptz,
    primary key (landing_file_id, part)
);

comment on table ops.file_answers is
'One row per answer (a 997) to a file that was taken in; part 0 is the file as a whole, answered in all its parts.';
comment on column ops.file_answers.landing_file_id is 'The file that is answered, in raw.landing_files.';
comment on column ops.file_answers.part is 'Which interchange of the file, from 1; 0 is all of them.';
comment on column ops.file_answers.control_number is
'The answer''s own number (ISA13), drawn once: written again, an answer is the same bytes.';
comment on column ops.file_answers.file_name is 'What the answer is called where its receiver fetches it.';
comment on column ops.file_answers.drawn_at is 'The time that the answer says.';
comment on column ops.file_answers.written_at is 'When it was there; null until then.';
