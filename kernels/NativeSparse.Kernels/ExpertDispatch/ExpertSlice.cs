namespace NativeSparse.Kernels;

/// <summary>One expert as a range of the neurons of a shared network.</summary>
/// <param name="Start">The first neuron.</param>
/// <param name="Length">How many, at least one.</param>
public readonly record struct ExpertSlice(int Start, int Length);
