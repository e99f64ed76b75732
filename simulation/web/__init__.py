"""What every server of ours needs: where it listens, by which names, with which key, and connections that end."""
