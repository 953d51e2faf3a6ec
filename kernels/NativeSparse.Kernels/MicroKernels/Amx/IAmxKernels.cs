namespace NativeSparse.Kernels;

/// <summary>Runs AMX kernels, or what stands in for them.</summary>
internal unsafe interface IAmxKernels
{
    /// <summary>Computes the sums of some rows: 1 to 32 in one block, or several blocks of 32.</summary>
    void Run(AmxArguments* arguments, int rows);
}
