using System.Runtime.InteropServices;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Packed weights on their way to a device and back.</summary>
internal static unsafe class DeviceUpload
{
    /// <summary>Copies values to memory of the device that the caller owns.</summary>
    public static nint Store<T>(Device device, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        lock (device.Gate)
        {
            try
            {
                device.Bind();
                var address = device.Memory.Allocate((nuint)bytes.Length, 0);
                if (!bytes.IsEmpty)
                {
                    // Pinned until the copy is done, which does not wait for it.
                    fixed (byte* source = bytes)
                    {
                        device.Memory.Resolve<byte>(address, bytes.Length).CopyFromCPU(device.Accelerator.DefaultStream, ref *source, bytes.Length);
                        device.Synchronize();
                    }
                }

                return address;
            }
            catch (AcceleratorException failure)
            {
                throw new DeviceLostException(device.Name, failure);
            }
        }
    }

    /// <summary>Copies them back.</summary>
    public static T[] Load<T>(Device device, nint address, int count)
        where T : unmanaged
    {
        var values = new T[count];
        if (count == 0)
        {
            return values;
        }

        lock (device.Gate)
        {
            try
            {
                device.Bind();
                fixed (T* target = values)
                {
                    device.Memory.Resolve<T>(address, count).CopyToCPU(device.Accelerator.DefaultStream, ref *target, count);
                    device.Synchronize();
                }
            }
            catch (AcceleratorException failure)
            {
                throw new DeviceLostException(device.Name, failure);
            }
        }

        return values;
    }
}
