namespace NativeSparse.Kernels;

/// <summary>Runs AMX kernels, or what stands in for them.</summary>
internal unsafe interface IAmxKernels
{
    /// <summary>Multiplies and finishes; sets <see cref="AmxArguments.Configuration"/> itself.</summary>
    /// <param name="arguments">The operands.</param>
    /// <param name="finish">What becomes of sums.</param>
    void Run(AmxArguments* arguments, AmxFinish finish);

    /// <summary>Multiplies int4 groups and adds them to totals; sets <see cref="AmxInt4Arguments.Configuration"/> itself.</summary>
    /// <param name="arguments">The operands.</param>
    /// <param name="form">Rows of a block, and how they are scaled.</param>
    void Run(AmxInt4Arguments* arguments, AmxInt4Form form);
}
