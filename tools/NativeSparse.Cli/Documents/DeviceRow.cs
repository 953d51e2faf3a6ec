namespace NativeSparse.Cli.Documents;

/// <summary>One backend.</summary>
/// <param name="Name">What <c>--backend</c> takes.</param>
/// <param name="Usable">Whether it runs here.</param>
/// <param name="Reason">Why not, or what it is.</param>
internal sealed record DeviceRow(string Name, bool Usable, string Reason);
