namespace NativeSparse.Kernels;

/// <summary>One backend as this machine sees it.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Usable">Whether it can run here.</param>
/// <param name="Reason">Why not, or what it is.</param>
public sealed record BackendInfo(string Name, bool Usable, string Reason);
