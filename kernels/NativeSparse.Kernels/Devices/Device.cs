using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// One device: its driver's objects, its memory, its lock. Calls from several threads follow each other. Owns everything; kernels are compiled
/// at their first launch. Every call of the driver that a run makes begins with one of the virtual methods, so that tests can lose the device.
/// </summary>
internal class Device : IDisposable
{
    private const int SimulatedThreads = 64;
    private const int Threads = 256;

    private readonly Context _context;
    private bool _isDisposed;

    public Device(string name, Context context, Accelerator accelerator)
    {
        Name = name;
        _context = context;
        Accelerator = accelerator;
        Memory = new DeviceMemory(this);
        HasTensorCores = TensorCores.AreUsed(accelerator);
        Workspace = new Scratch(Memory);
        Nothing = Memory.Allocate(64, 0);
    }

    /// <summary><c>cuda:0</c>, <c>opencl:1</c>, <c>ilgpu-cpu</c>.</summary>
    public string Name { get; }

    public Accelerator Accelerator { get; }

    public DeviceMemory Memory { get; }

    /// <summary>Memory of one call, under <see cref="Gate"/>.</summary>
    public Scratch Workspace { get; }

    /// <summary>What calls read from and write to host memory through, under <see cref="Gate"/>.</summary>
    public Scratch Staging { get; } = new();

    /// <summary>Outputs of the call under way that lie in host memory, under <see cref="Gate"/>.</summary>
    public List<(View Host, View Device)> Pending { get; } = [];

    /// <summary>Whether host memory is being read by copies that are not waited for yet, under <see cref="Gate"/>.</summary>
    public bool IsReading { get; set; }

    public Lock Gate { get; } = new();

    /// <summary>A little memory that stands for an absent operand.</summary>
    public nint Nothing { get; }

    /// <summary>Whether threads of a group are simulated one by one, so that few of them are wanted.</summary>
    public bool IsSimulator => Accelerator.AcceleratorType == AcceleratorType.CPU;

    public bool IsCuda => Accelerator.AcceleratorType == AcceleratorType.Cuda;

    /// <summary>Whether products run on tensor cores where a precision has them.</summary>
    public bool HasTensorCores { get; init; }

    /// <summary>Threads of a group of kernels that are not tiles.</summary>
    public int GroupThreads => IsSimulator ? SimulatedThreads : Threads;

    /// <summary>Groups of a thread for each of so many values on each of so many lines.</summary>
    public KernelConfig Groups(int lines, int values) =>
        new(new Index3D(lines, (values + GroupThreads - 1) / GroupThreads, 1), new Index3D(GroupThreads, 1, 1));

    /// <summary>Kernels launched so far.</summary>
    public long Launches { get; private set; }

    /// <summary>Bytes copied from and to the host so far.</summary>
    public long CopiedBytes { get; set; }

    /// <summary>Makes the device the thread's.</summary>
    public virtual void Bind() => Accelerator.Bind();

    /// <summary>Waits for everything that was asked of the device.</summary>
    public virtual void Synchronize() => Accelerator.Synchronize();

    /// <summary>What products of a precision's matrices are called in reports.</summary>
    public string VersionOf(Precision precision) =>
        HasTensorCores && TensorCores.Have(precision) ? TensorCores.VersionName : DeviceDenseMatMul.VersionName;

    /// <summary>Counts one launch.</summary>
    public virtual AcceleratorStream Launch()
    {
        Launches++;
        return Accelerator.DefaultStream;
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Workspace.Dispose();
            Staging.Dispose();
            Memory.Dispose();
            Release(Accelerator);
            Release(_context);
        }
    }

    /// <summary>Gives back what a driver holds; a device that was lost has nothing to give back, and is not lost a second time.</summary>
    public static void Release(IDisposable held)
    {
        try
        {
            held.Dispose();
        }
        catch (AcceleratorException)
        {
        }
    }
}
