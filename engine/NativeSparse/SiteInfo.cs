namespace NativeSparse;

/// <summary>One site that runs on our kernels.</summary>
/// <param name="Name">The site's name.</param>
/// <param name="Form">Its form.</param>
/// <param name="Precision">How its matrices are held.</param>
/// <param name="Version">Which version of the kernels runs it.</param>
/// <param name="ByteCount">Bytes of its weights.</param>
public sealed record SiteInfo(string Name, string Form, string Precision, string Version, long ByteCount);
