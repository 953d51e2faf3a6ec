namespace NativeSparse.Cli.Documents;

/// <summary>Which biases a site has.</summary>
internal sealed record BiasFacts(bool Up, bool Gate, bool Down);
