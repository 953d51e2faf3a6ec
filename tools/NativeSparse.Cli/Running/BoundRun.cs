using Microsoft.ML.OnnxRuntime;
using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Running;

/// <summary>One run of a model on inputs and output buffers that stay: what is timed.</summary>
internal sealed class BoundRun : IDisposable
{
    private readonly ModelRunner _runner;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    /// <summary>Binds inputs; runs once to learn the shapes of the outputs.</summary>
    public BoundRun(ModelRunner runner, IReadOnlyDictionary<string, ConstantTensor> inputs, CancellationToken cancellation)
    {
        _runner = runner;
        Outputs = runner.Run(inputs, cancellation);
        _inputs = [.. runner.InputNames.Select(name => TensorValues.ToOrtValue(inputs[name]))];
        _outputs = [.. Outputs.Select(TensorValues.ToOrtValue)];
    }

    /// <summary>What the first run gave.</summary>
    public IReadOnlyList<ConstantTensor> Outputs { get; }

    /// <summary>Runs again.</summary>
    public void Run() => _runner.Run(_inputs, _outputs);

    /// <summary>
    /// Managed bytes allocated by one run, rounded up, on all threads together: the least of several series of runs. What a run allocates is
    /// in each of them, what the runtime allocates beside it now and then is not.
    /// </summary>
    public long MeasureAllocation()
    {
        const int MostSeries = 8;
        Run();
        Run();
        var least = long.MaxValue;
        for (var series = 0; series < MostSeries && least > 0; series++)
        {
            least = Math.Min(least, CountSeries());
        }

        return least;
    }

    private long CountSeries()
    {
        const int Runs = 16;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Runs; i++)
        {
            Run();
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before + Runs - 1) / Runs;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_inputs, value => value.Dispose());
        Array.ForEach(_outputs, value => value.Dispose());
    }
}
