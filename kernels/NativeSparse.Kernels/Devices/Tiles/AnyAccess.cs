namespace NativeSparse.Kernels;

/// <summary>Any rows.</summary>
internal readonly struct AnyAccess : ITileAccess
{
    public static bool IsAligned => false;
}
