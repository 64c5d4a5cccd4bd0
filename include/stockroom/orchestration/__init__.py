"""The Airflow edge: assets, retry and deadline policies, the plan date, the question put to an approver."""
