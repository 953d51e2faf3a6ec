namespace NativeSparse.Kernels;

/// <summary>Runs AMX kernels, or what stands in for them.</summary>
internal unsafe interface IAmxKernels
{
    /// <summary>Multiplies and finishes; sets <see cref="AmxArguments.Configuration"/> itself.</summary>
    /// <param name="arguments">The operands.</param>
    /// <param name="isGelu">Whether outputs go through GELU.</param>
    /// <param name="isFetching">Whether weights are asked for ahead.</param>
    void Run(AmxArguments* arguments, bool isGelu, bool isFetching);
}
