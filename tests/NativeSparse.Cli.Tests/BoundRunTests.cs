using Microsoft.ML.OnnxRuntime;
using NativeSparse.Cli.Running;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class BoundRunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void What_a_run_allocates_is_counted_also_where_only_one_in_many_does(int period)
    {
        using var runner = new AllocatingRunner(period);
        using var run = new BoundRun(runner, new Dictionary<string, ConstantTensor>(), TestContext.Current.CancellationToken);

        Assert.InRange(run.MeasureAllocation(), AllocatingRunner.Bytes / period, long.MaxValue);
    }

    private sealed class AllocatingRunner(int period) : ModelRunner
    {
        public const int Bytes = 1600;
        private byte[] _last = [];
        private int _runs;

        public override IReadOnlyList<string> InputNames => [];

        public override IReadOnlyList<string> OutputNames => [];

        public override IReadOnlyDictionary<string, NodeMetadata> InputMetadata { get; } = new Dictionary<string, NodeMetadata>();

        public override IReadOnlyDictionary<string, NodeMetadata> OutputMetadata { get; } = new Dictionary<string, NodeMetadata>();

        public override IReadOnlyList<ConstantTensor> Run(IReadOnlyDictionary<string, ConstantTensor> inputs, CancellationToken cancellation) => [];

        public override void Run(OrtValue[] inputs, OrtValue[] outputs) => _last = _runs++ % period == 0 ? new byte[Bytes] : _last;

        public override void Dispose()
        {
        }
    }
}
