import pytest
from django.db import transaction
from tests.routes import make_things, route_names
ROLES = ["clerk","reviewer","staff","leader","auditor","security_admin","system_admin"]
def test_probe(world, client):
    things = make_things(world)
    out = {}
    for route in route_names():
        for method in ("get","post"):
            row=[]
            for who in ROLES:
                client.force_login(world.people[who])
                client.raise_request_exception=False
                sid = transaction.savepoint()
                try:
                    r = getattr(client,method)(things.address(route))
                    row.append(r.status_code)
                finally:
                    transaction.savepoint_rollback(sid)
            print(f'    ("{method}", "{route}"): {row}')
