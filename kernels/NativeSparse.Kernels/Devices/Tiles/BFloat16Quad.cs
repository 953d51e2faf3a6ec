namespace NativeSparse.Kernels;

/// <summary>Four bfloat16 values, the first in the low half of the first word.</summary>
internal struct BFloat16Quad
{
    public uint Low;
    public uint High;
}
