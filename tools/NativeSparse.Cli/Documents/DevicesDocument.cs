namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>devices</c>.</summary>
internal sealed record DevicesDocument(DevicesEnvironment Environment, IReadOnlyList<DeviceRow> Devices);
