namespace NativeSparse.Numerics;

/// <summary>
/// The cheapest assignment of n items to groups of fixed sizes: the transportation problem, solved exactly by successive shortest paths
/// over the groups (an item that enters a full group pushes another one on). O(n G^2) at worst for G groups, usually far less,
/// where an assignment solver on repeated groups is O(n^3).
/// </summary>
internal sealed class BalancedAssignment
{
    private readonly float[] _costs;
    private readonly int _groups;
    private readonly int[] _sizes;
    private readonly int[] _assigned;
    private readonly List<int>[] _members;
    private readonly double[] _move;
    private readonly int[] _mover;
    private readonly double[] _potential;

    private BalancedAssignment(float[] costs, int[] sizes)
    {
        _costs = costs;
        _groups = sizes.Length;
        _sizes = sizes;
        _assigned = new int[costs.Length / _groups];
        _members = [.. sizes.Select(size => new List<int>(size))];
        _move = new double[_groups * _groups];
        _mover = new int[_groups * _groups];
        _potential = new double[_groups];
        Array.Fill(_move, double.PositiveInfinity);
    }

    /// <summary>Assigns every item.</summary>
    /// <param name="costs"><c>[items, groups]</c>, finite.</param>
    /// <param name="sizes">How many items each group takes; they sum to the number of items.</param>
    /// <param name="cancellation">Checked now and then.</param>
    /// <returns>The group of each item, of least total cost.</returns>
    /// <exception cref="ArgumentException">The sizes do not sum to the number of items.</exception>
    public static int[] Solve(float[] costs, int[] sizes, CancellationToken cancellation = default)
    {
        if (sizes.Length == 0 || (long)sizes.Sum() * sizes.Length != costs.Length)
        {
            throw new ArgumentException($"{sizes.Sum()} places in {sizes.Length} groups do not fit {costs.Length} costs", nameof(sizes));
        }

        var problem = new BalancedAssignment(costs, sizes);
        for (var item = 0; item < problem._assigned.Length; item++)
        {
            if ((item & 63) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            problem.Insert(item);
        }

        return problem._assigned;
    }

    // Dijkstra over the groups under potentials that keep every reduced cost of a move at or above zero.
    private void Insert(int item)
    {
        var distance = new double[_groups];
        var from = new int[_groups];
        var settled = new bool[_groups];
        var costs = _costs.AsSpan(item * _groups, _groups);
        var offset = double.PositiveInfinity;
        for (var group = 0; group < _groups; group++)
        {
            distance[group] = costs[group] - _potential[group];
            offset = Math.Min(offset, distance[group]);
            from[group] = -1;
        }

        for (var group = 0; group < _groups; group++)
        {
            distance[group] -= offset;
        }

        int end;
        while (true)
        {
            end = Nearest(distance, settled);
            settled[end] = true;
            if (_members[end].Count < _sizes[end])
            {
                break;
            }

            Relax(end, distance, from, settled);
        }

        for (var group = 0; group < _groups; group++)
        {
            if (settled[group])
            {
                _potential[group] += distance[group] - distance[end];
            }
        }

        Shift(item, end, from);
    }

    private static int Nearest(double[] distance, bool[] settled)
    {
        var nearest = -1;
        for (var group = 0; group < distance.Length; group++)
        {
            if (!settled[group] && (nearest < 0 || distance[group] < distance[nearest]))
            {
                nearest = group;
            }
        }

        return nearest;
    }

    private void Relax(int group, double[] distance, int[] from, bool[] settled)
    {
        var move = _move.AsSpan(group * _groups, _groups);
        var reach = distance[group] + _potential[group];
        for (var next = 0; next < distance.Length; next++)
        {
            var reached = reach + move[next] - _potential[next];
            if (!settled[next] && reached < distance[next])
            {
                distance[next] = reached;
                from[next] = group;
            }
        }
    }

    private void Shift(int item, int end, int[] from)
    {
        var path = new List<int>();
        for (var group = end; group >= 0; group = from[group])
        {
            path.Add(group);
        }

        path.Reverse();
        foreach (var (step, group) in path.Index())
        {
            var pushed = step + 1 < path.Count ? _mover[(group * _groups) + path[step + 1]] : -1;
            if (pushed >= 0)
            {
                _members[group].Remove(pushed);
            }

            _members[group].Add(item);
            _assigned[item] = group;
            Refresh(group, item, pushed);
            item = pushed;
        }
    }

    // What the cheapest member costs to move from this group to each other one.
    private void Refresh(int group, int added, int removed)
    {
        var move = _move.AsSpan(group * _groups, _groups);
        var mover = _mover.AsSpan(group * _groups, _groups);
        for (var next = 0; next < _groups; next++)
        {
            if (removed >= 0 && mover[next] == removed && !double.IsPositiveInfinity(move[next]))
            {
                move[next] = double.PositiveInfinity;
                foreach (var member in _members[group])
                {
                    Offer(member, group, next, move, mover);
                }
            }
            else
            {
                Offer(added, group, next, move, mover);
            }
        }
    }

    private void Offer(int member, int group, int next, Span<double> move, Span<int> mover)
    {
        var cost = (double)_costs[(member * _groups) + next] - _costs[(member * _groups) + group];
        if (cost < move[next])
        {
            move[next] = cost;
            mover[next] = member;
        }
    }
}
