return "plain text"
