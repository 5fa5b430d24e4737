"""The same image recipes in augkit and in its peers, each written as a user of that library would write it."""
