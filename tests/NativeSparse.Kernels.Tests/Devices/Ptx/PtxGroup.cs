namespace NativeSparse.Kernels.Tests;

/// <summary>
/// Runs one group of a kernel: the lanes of a warp together, those behind first; a warp until it waits at a barrier, then the next one. Shared
/// memory begins as values that are no numbers.
/// </summary>
internal sealed class PtxGroup
{
    private const int WarpLanes = 32;

    private readonly PtxProgram _program;
    private readonly PtxMemory _global;
    private readonly byte[][] _parameters;
    private readonly (int X, int Y) _group;
    private readonly PtxMemory _shared = new();
    private readonly ulong _sharedStart;
    private int _matrixConflicts;

    /// <param name="program">The kernel.</param>
    /// <param name="global">What its addresses are in.</param>
    /// <param name="parameters">The bytes of each parameter.</param>
    /// <param name="group">Its place in the grid.</param>
    public PtxGroup(PtxProgram program, PtxMemory global, byte[][] parameters, (int X, int Y) group)
    {
        (_program, _global, _parameters, _group) = (program, global, parameters, group);
        var bytes = new byte[program.SharedBytes];
        Array.Fill(bytes, byte.MaxValue);
        _sharedStart = _shared.Add<byte>(bytes);
    }

    /// <summary>Turns lost in banks of shared memory, by instruction.</summary>
    public Dictionary<string, int> Conflicts { get; } = [];

    /// <param name="threads">Threads of the group.</param>
    /// <param name="isReversed">Whether the last warp goes first: a missing barrier shows in one of the two orders.</param>
    public void Run(int threads, bool isReversed)
    {
        var warps = Enumerable.Range(0, threads).Select(thread => new PtxLane(_program.Registers, thread)).Chunk(WarpLanes).ToArray();
        if (isReversed)
        {
            Array.Reverse(warps);
        }

        while (warps.Any(warp => warp.Any(lane => lane.Next < int.MaxValue)))
        {
            foreach (var warp in warps)
            {
                while (Step(warp))
                {
                }
            }

            foreach (var lane in warps.SelectMany(warp => warp).Where(lane => lane.Next < int.MaxValue))
            {
                lane.IsWaiting = lane.IsWaiting ? false : throw new InvalidOperationException("a lane that does not wait");
            }
        }
    }

    private bool Step(PtxLane[] warp)
    {
        var next = int.MaxValue;
        foreach (var lane in warp)
        {
            next = lane.IsWaiting ? next : Math.Min(next, lane.Next);
        }

        if (next == int.MaxValue)
        {
            return false;
        }

        var instruction = _program.Instructions[next];
        if (instruction.IsOfWarp || instruction.IsBarrier)
        {
            if (warp.Any(lane => lane.Next != next || lane.IsWaiting))
            {
                throw new InvalidOperationException($"lanes come apart to {instruction.Text}");
            }

            RunTogether(instruction, warp);
            return true;
        }

        var accesses = new List<uint>();
        foreach (var lane in warp)
        {
            if (lane.Next == next && !lane.IsWaiting)
            {
                lane.Next++;
                if (instruction.Guard < 0 || lane[instruction.Guard] != 0 != instruction.IsNegated)
                {
                    Run(instruction, lane, accesses);
                }
            }
        }

        if (accesses.Count > 0)
        {
            Count(instruction, SharedBanks.Conflicts(accesses, Math.Max(instruction.Operands[0].Length, instruction.Operands[^1].Length)));
        }

        return true;
    }

    private void RunTogether(PtxInstruction instruction, PtxLane[] warp)
    {
        foreach (var lane in warp)
        {
            lane.Next++;
            lane.IsWaiting = instruction.IsBarrier;
        }

        switch (instruction.Operation[0])
        {
            case "ldmatrix":
                _matrixConflicts = 0;
                PtxWarpOperations.LoadMatrix(instruction, warp, _shared, _sharedStart, ref _matrixConflicts);
                Count(instruction, _matrixConflicts);
                break;
            case "mma":
                PtxWarpOperations.Multiply(instruction, warp);
                break;
            default:
                break;
        }
    }

    private void Run(PtxInstruction instruction, PtxLane lane, List<uint> accesses)
    {
        var operands = instruction.Operands;
        switch (instruction.Operation[0])
        {
            case "ret":
                lane.Next = int.MaxValue;
                break;
            case "bra":
                lane.Next = _program.Label(operands[0][0].Name);
                break;
            case "brx":
                lane.Next = _program.BranchTarget(operands[1][0].Name, (int)lane.Word(operands[0][0]));
                break;
            case "ld" when instruction.Has("param"):
                lane[operands[0][0].Register] = Parameter(operands[1][0], instruction.Type);
                break;
            case "ld":
                var (from, start) = Access(instruction, lane, operands[1][0], operands[0].Length, accesses);
                for (var i = 0; i < operands[0].Length; i++)
                {
                    lane[operands[0][i].Register] = from.Load(start + (ulong)(i * sizeof(uint)));
                }

                break;
            case "st":
                var (to, place) = Access(instruction, lane, operands[0][0], operands[1].Length, accesses);
                for (var i = 0; i < operands[1].Length; i++)
                {
                    to.Store(place + (ulong)(i * sizeof(uint)), lane.Word(operands[1][i]));
                }

                break;
            case "mov" when operands[1][0].Name.StartsWith('%') && operands[1][0].Register < 0:
                lane[operands[0][0].Register] = Special(operands[1][0].Name, lane);
                break;
            default:
                lane[operands[0][0].Register] = PtxOperations.Compute(instruction, lane);
                break;
        }
    }

    private (PtxMemory Memory, ulong Address) Access(PtxInstruction instruction, PtxLane lane, PtxOperand operand, int words, List<uint> accesses)
    {
        if (instruction.Type is not ("b32" or "f32"))
        {
            throw new NotSupportedException(instruction.Text);
        }

        var address = (operand.Register < 0 ? 0 : lane[operand.Register]) + (ulong)operand.Number;
        PtxMemory.CheckAlignment(address, words * sizeof(uint));
        if (instruction.Has("global"))
        {
            return (_global, address);
        }

        accesses.Add((uint)address);
        return instruction.Has("shared") ? (_shared, _sharedStart + address) : throw new NotSupportedException(instruction.Text);
    }

    private ulong Parameter(PtxOperand operand, string type)
    {
        var bytes = _parameters[_program.Parameters.ToList().IndexOf(operand.Name)].AsSpan((int)operand.Number);
        return type.EndsWith("64", StringComparison.Ordinal) ? BitConverter.ToUInt64(bytes) : BitConverter.ToUInt32(bytes);
    }

    private uint Special(string name, PtxLane lane) => name switch
    {
        "%tid.x" => (uint)lane.Thread,
        "%ctaid.x" => (uint)_group.X,
        "%ctaid.y" => (uint)_group.Y,
        _ => throw new NotSupportedException(name),
    };

    private void Count(PtxInstruction instruction, int conflicts) =>
        Conflicts[instruction.Name] = Conflicts.GetValueOrDefault(instruction.Name) + conflicts;
}
