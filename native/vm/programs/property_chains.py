def main():
    o = {"a": {"b": {"c": 1, "list": [{"n": 0}]}}, "total": 0}
    for i in range(200000):
        o["a"]["b"]["c"] += 1; o["a"]["b"]["list"][0]["n"] = o["a"]["b"]["c"]; o["total"] += o["a"]["b"]["list"][0]["n"] % 7
    return o["total"]
