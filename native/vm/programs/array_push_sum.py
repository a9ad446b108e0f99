def main():
    a = []
    for i in range(300000): a.append(i)
    total = 0
    for x in a: total += x
    return total
