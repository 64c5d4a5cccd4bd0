"""What can be answered to the question about an order, as it stands on Airflow's page."""

APPROVE, REFUSE, NO_ANSWER = "Approve", "Refuse", "No answer"
