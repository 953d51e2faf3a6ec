namespace NativeSparse.Kernels;

/// <summary>Scale and zero point of a rounded row on a device.</summary>
internal struct RowQuantum
{
    public float Scale;
    public int Zero;
}
