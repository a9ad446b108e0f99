def main():
    s = ""
    for i in range(300000): s += "ab"; s += "c"
    return len(s)
