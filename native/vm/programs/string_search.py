def main():
    text = ""
    for i in range(2000): text += "lorem ipsum dolor "
    text += "needle"
    hits = 0; words = text.split(" ")
    for i in range(300):
        if "needle" in text: hits += 1
    for _ in range(20):
        for w in words:
            if w.startswith("ips"): hits += 1
            if w.find("lor") >= 0: hits += 1
    return hits
