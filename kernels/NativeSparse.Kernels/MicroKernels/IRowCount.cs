namespace NativeSparse.Kernels;

/// <summary>A tile height as a type, so that the JIT compiles one tile body into one kernel for each height.</summary>
internal interface IRowCount
{
    static abstract int Count { get; }
}
