using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>The operands of the self-test's timings: one dense product of a small encoder.</summary>
internal sealed class SelfTestOperands(Backend backend) : IDisposable
{
    public const int InputWidth = 384;
    public const int OutputWidth = 1536;

    private readonly CaseMemory _memory = new(1);
    private readonly Scratch _scratch = new();
    private readonly List<PackedMatrix> _packed = [];

    public Backend Backend { get; } = backend;

    public static double Operations(int tokens) => 2.0 * tokens * InputWidth * OutputWidth;

    public Contender Product(Precision precision, int tokens)
    {
        var packed = Backend.Dense.Pack(_memory.Sample(InputWidth * OutputWidth), InputWidth, OutputWidth, precision);
        _packed.Add(packed);
        var (x, y) = (_memory.Sample(tokens, InputWidth), _memory.Zeros(tokens, OutputWidth));
        var execution = new Execution(SerialSplitter.Instance, _scratch);
        return new Contender(packed.Version, () => Backend.Dense.Run(execution, x, packed, default, y));
    }

    public void Dispose()
    {
        _packed.ForEach(packed => packed.Dispose());
        _memory.Dispose();
        _scratch.Dispose();
    }
}
