namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="SemiringKernel"/> is told. Flags are 0 or 1.</summary>
internal struct SemiringParameters
{
    public int Nodes;

    public int Columns;

    public int InputStride;

    public int RelationStride;

    public int BoundaryStride;

    public int OutputStride;

    /// <summary>A <see cref="MessageReduction"/>.</summary>
    public int Reduction;

    /// <summary>A <see cref="MessageCombination"/>.</summary>
    public int Combination;

    public int HasRelations;

    public int HasWeights;

    public int HasBoundary;

    public float EmptyValue;
}
