"""What the operator APIs of master and agent answer alike."""

JSON, PROTOBUF = "application/json", "application/x-protobuf"
HEALTH = '{"type":"GET_HEALTH"}'
HEALTHY = '{"type":"GET_HEALTH","get_health":{"healthy":true}}'


class MixedMediaTest:
    """For a test case whose `post(body, headers)` sends to `/api/v1`."""

    def test_json_and_protobuf_mix(self):
        for body, kind in ((HEALTH, JSON), (b"\x08\x01", PROTOBUF)):
            for accept in (JSON, PROTOBUF):
                response = self.post(body, {"Content-Type": kind, "Accept": accept})
                self.assertEqual((response.status, response.header("Content-Type")), (200, accept))
                wanted = HEALTHY.encode() if accept == JSON else b"\x08\x01\x12\x02\x08\x01"
                self.assertEqual(response.body, wanted)
