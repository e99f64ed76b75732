"""What people read: languages, sentences, numbers and money; characters that can be seen."""
