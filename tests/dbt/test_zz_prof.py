
import time, threading, collections, os, psutil
from conftest import *
def pg_cpu(server):
    p=psutil.Process(server.postmaster_pid); t=p.cpu_times(); s=t.user+t.system+t.children_user+t.children_system
    for k in p.children(recursive=True):
        try: x=k.cpu_times(); s+=x.user+x.system
        except Exception: pass
    return s
def test_prof(marts, put, postgres_server):
    from raw_documents import level, line, order
    put("shopify_orders", [order("1", "2011-06-01T09:00:00Z", [line("1", "A1", 3)])])
    put("shopify_inventory_levels", [level("A1", 7)])
    for i in range(4):
        with_tests = i!=2
        leaf=collections.Counter(); key=collections.Counter(); stop=[False]
        def sample():
            me=threading.get_ident()
            while not stop[0]:
                time.sleep(0.005)
                for tid,f in sys._current_frames().items():
                    if tid==me: continue
                    names=[]; g=f
                    while g is not None and len(names)<80:
                        names.append(g.f_code.co_filename.rsplit('/site-packages/')[-1].rsplit('/lib/python3.11/')[-1]+":"+g.f_code.co_name); g=g.f_back
                    if names[0].endswith((':wait','threading.py:_wait_for_tstate_lock','selectors.py:select')) or 'queue.py' in names[0] or 'pool.py' in names[0]: continue
                    leaf[names[0]]+=1
                    for n in set(names): key[n]+=1
        if i==3: th=threading.Thread(target=sample,daemon=True); th.start()
        a=time.time(); c=time.process_time(); g=pg_cpu(postgres_server)
        if with_tests: s=marts.build("2011-06-30")
        else: s=marts.build_only("2011-06-30")
        print(f"build {i} wall {time.time()-a:.1f} python {time.process_time()-c:.1f} postgres {pg_cpu(postgres_server)-g:.1f}", s, flush=True)
        if i==3:
            stop[0]=True
            print("LEAF"); [print(n,k) for k,n in leaf.most_common(40)]
            print("KEY"); [print(n,k) for k,n in key.most_common(110)]
