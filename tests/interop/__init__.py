"""The real ``notation`` must judge as we do: same layouts, same documents."""
