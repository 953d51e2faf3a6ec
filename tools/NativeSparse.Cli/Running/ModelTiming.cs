using NativeSparse.Measurement;

namespace NativeSparse.Cli.Running;

/// <summary>Times whole models in turns.</summary>
internal static class ModelTiming
{
    // Long enough that a model's weights are mostly in the caches again after another model has run.
    private const double SliceMilliseconds = 4;

    /// <summary>Times the models.</summary>
    public static IReadOnlyList<TimingSamples> Run(IReadOnlyList<Contender> models, int rounds, CancellationToken cancellation) =>
        InterleavedRunner.Run(models, rounds, SliceMilliseconds, cancellation);
}
