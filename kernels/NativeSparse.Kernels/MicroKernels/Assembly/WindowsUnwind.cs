using System.Buffers.Binary;

namespace NativeSparse.Kernels;

/// <summary>
/// Frames in the form that Windows x64 walks stacks with (UNWIND_INFO, version 1): without it an exception or a profiler that meets
/// a kernel on the stack cannot get past it.
/// </summary>
internal static class WindowsUnwind
{
    private const int PushNonvolatile = 0;
    private const int AllocateLarge = 1;
    private const int AllocateSmall = 2;
    private const int SaveVector128 = 8;
    private const int SmallBytes = 128;
    private const int HeaderBytes = 4;

    /// <param name="steps">The prologue, in order; its first instruction is the kernel's first.</param>
    /// <param name="ends">Where in the code each of these instructions ends.</param>
    public static byte[] Encode(IReadOnlyList<UnwindStep> steps, ReadOnlySpan<uint> ends)
    {
        // Codes stand in the order in which they are undone: the last instruction first.
        var codes = new List<ushort>();
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var step = steps[i];
            switch (step.Operation)
            {
                case UnwindOperation.Push:
                    codes.Add(Code(ends[i], PushNonvolatile, step.Value));
                    break;
                case UnwindOperation.Allocate when step.Value <= SmallBytes:
                    codes.Add(Code(ends[i], AllocateSmall, (step.Value / 8) - 1));
                    break;
                case UnwindOperation.Allocate:
                    codes.Add(Code(ends[i], AllocateLarge, 0));
                    codes.Add((ushort)(step.Value / 8));
                    break;
                default:
                    codes.Add(Code(ends[i], SaveVector128, step.Value));
                    codes.Add((ushort)(step.Offset / 16));
                    break;
            }
        }

        var info = new byte[HeaderBytes + ((codes.Count + 1) / 2 * 2 * sizeof(ushort))];
        info[0] = 1;
        info[1] = checked((byte)(steps.Count == 0 ? 0 : ends[steps.Count - 1]));
        info[2] = checked((byte)codes.Count);
        for (var i = 0; i < codes.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(HeaderBytes + (i * sizeof(ushort))), codes[i]);
        }

        return info;
    }

    private static ushort Code(uint end, int operation, int value) => (ushort)(checked((byte)end) | ((operation | (value << 4)) << 8));
}
