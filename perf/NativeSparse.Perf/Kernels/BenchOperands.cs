using NativeSparse.Kernels;

namespace NativeSparse.Perf;

/// <summary>A backend, scratch memory and random operands of one benchmark class.</summary>
internal sealed unsafe class BenchOperands(string backend) : IDisposable
{
    private readonly Scratch _memory = new();
    private readonly Scratch _scratch = new();
    private readonly Random _random = new(1);

    public Backend Backend { get; } = BackendCatalog.Open(backend);

    public Execution Execution => new(SerialSplitter.Instance, _scratch);

    public Scratch Memory => _memory;

    public float[] Sample(int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
        {
            value = _random.NextSingle() - 0.5f;
        }

        return values;
    }

    public View Rent(int rows, int columns)
    {
        var view = _memory.Rent(rows, columns);
        Sample(rows * columns).CopyTo(new Span<float>((void*)view.Address, rows * columns));
        return view;
    }

    public void Dispose()
    {
        Backend.Dispose();
        _memory.Dispose();
        _scratch.Dispose();
    }
}
