namespace NativeSparse.Kernels;

/// <summary>Scale of a column of 8-bit weights, and the sum of its weights.</summary>
internal struct ColumnQuantum
{
    public float Scale;
    public int Sum;
}
