"""Desks that keep changes and incidents: ServiceNow and Jira, simulated on loopback.

They judge as the lab's boxes do: they share no code with `service/notify`, so none of its errors.
"""
