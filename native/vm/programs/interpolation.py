def main():
    total = 0
    for i in range(100000): s = f"item {i}: {i * 2} ({'true' if i % 2 == 0 else 'false'})"; total += len(s)
    return total
