def main():
    keys = ["key" + str(i) for i in range(100)]; m = {}
    for k in keys: m[k] = 0
    for _ in range(2500):
        for k in keys: m[k] = m[k] + 1
    return m["key7"] + len(m)
