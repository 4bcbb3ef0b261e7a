"""The embedded MQTT broker: named users, and rights by what the contract says of topics."""
