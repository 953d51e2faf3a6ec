using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using NativeSparse.Kernels;

namespace NativeSparse.Tests.Session;

/// <summary>A simulated device whose driver fails from some launch on, as a driver does whose device is gone: at every call.</summary>
internal sealed class LosableDevice(string name, Context context) : NativeSparse.Kernels.Device(name, context, context.CreateCPUAccelerator(0))
{
    private int _launchesLeft = int.MaxValue;

    private bool IsGone => _launchesLeft < 0;

    public static LosableDevice Create(string name) =>
        new(name, Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms().CPU(new CPUDevice(32, 8, 1))));

    public void LoseAfter(int launches) => _launchesLeft = launches;

    public override void Bind()
    {
        Fail();
        base.Bind();
    }

    public override void Synchronize()
    {
        Fail();
        base.Synchronize();
    }

    public override AcceleratorStream Launch()
    {
        _launchesLeft--;
        Fail();
        return base.Launch();
    }

    private void Fail()
    {
        if (IsGone)
        {
            throw new GoneException();
        }
    }

    private sealed class GoneException() : AcceleratorException("the device fell off the bus")
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.CPU;
    }
}
