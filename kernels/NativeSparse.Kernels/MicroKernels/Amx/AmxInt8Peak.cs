using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>The peak of the AMX unit.</summary>
internal sealed unsafe class AmxInt8Peak : Int8Peak
{
    private const int Steps = 2_000;
    private const int Sums = 6;

    private readonly ExecutableMemory _code = ExecutableMemory.Publish(AmxEmitter.EmitPeak(Steps));

    public override double Operations => 2.0 * Sums * Steps * 16 * 16 * 64;

    public override void Run()
    {
        var shapes = stackalloc byte[AmxConfiguration.ByteCount];
        var all = new Span<byte>(shapes, AmxConfiguration.ByteCount);
        AmxConfiguration.WriteInt8(all, AmxConfiguration.BlockRows);
        SignalStack.Enlarge();
        ((delegate* unmanaged<byte*, void>)_code.Address)(shapes);
        GC.KeepAlive(this);
    }

    public override void Dispose()
    {
        _code.Dispose();
        base.Dispose();
    }
}
