using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>libtorch's own observer of operators (<c>at::RecordFunction</c>), which sees what the tracer does not:
/// operators that read values.</summary>
internal sealed unsafe class RecordFunctions
{
    private static readonly Lazy<RecordFunctions> Instance = new(Open, LazyThreadSafetyMode.PublicationOnly);

    // What is observed on this thread; the callbacks take nothing else along.
    [ThreadStatic]
    private static Observation? observation;

    private readonly delegate* unmanaged<nint, byte*> _name;
    private readonly delegate* unmanaged<nint, byte*> _overload;
    private readonly delegate* unmanaged<Callback, ulong> _addCallback;
    private readonly delegate* unmanaged<ulong, void> _removeCallback;

    private RecordFunctions(LoadedLibTorch library)
    {
        var isMsvc = library.Abi == CppAbi.Msvc;
        _name = (delegate* unmanaged<nint, byte*>)library.Export(
            isMsvc ? "?name@RecordFunction@at@@QEBAPEBDXZ" : "_ZNK2at14RecordFunction4nameEv");
        _overload = (delegate* unmanaged<nint, byte*>)library.Export(
            isMsvc ? "?overload_name@RecordFunction@at@@QEBAPEBDXZ" : "_ZNK2at14RecordFunction13overload_nameEv");
        _addCallback = (delegate* unmanaged<Callback, ulong>)library.Export(
            isMsvc ? "?addThreadLocalCallback@at@@YA_KVRecordFunctionCallback@1@@Z"
                : "_ZN2at22addThreadLocalCallbackENS_22RecordFunctionCallbackE");
        _removeCallback = (delegate* unmanaged<ulong, void>)library.Export(
            isMsvc ? "?removeCallback@at@@YAX_K@Z" : "_ZN2at14removeCallbackEm");
    }

    /// <summary>The observer of the process.</summary>
    /// <exception cref="TracingException">The system or the libtorch is not one that MaaS knows.</exception>
    public static RecordFunctions Current => Instance.Value;

    /// <summary>Runs a function and calls <paramref name="seen"/> for each operator that begins on this
    /// thread.</summary>
    /// <param name="function">What it throws is thrown here.</param>
    /// <param name="seen">Name, overload, and how many operators it runs inside. Must not throw: libtorch calls
    /// it.</param>
    /// <param name="nested">Whether operators inside others count.</param>
    public void Observe(Action function, Action<string, string, int> seen, bool nested = true)
    {
        var outer = observation;
        observation = new Observation(this, seen, nested ? int.MaxValue : 0);
        var callback = new Callback
        {
            Start = (nint)(delegate* unmanaged<nint*, nint, nint*>)&Started,
            End = (nint)(delegate* unmanaged<nint, nint, void>)&Ended,
            Probability = 1,
        };
        callback.Scopes[Callback.FunctionScope] = 1;
        var handle = _addCallback(callback);
        try
        {
            function();
        }
        finally
        {
            _removeCallback(handle);
            observation = outer;
        }
    }

    private static RecordFunctions Open()
    {
        var library = LoadedLibTorch.Find();
        TracerLayout.Of(library.Version, library.Abi);
        var functions = new RecordFunctions(library);
        var seen = new List<string>();
        using var scope = NewDisposeScope();
        var x = ones(2, device: CPU);
        functions.Observe(() => x.add(x).sum(), (name, overload, depth) =>
        {
            if (depth == 0)
            {
                seen.Add($"{name}.{overload}");
            }
        });
        string[] expected = ["aten::add.Tensor", "aten::sum."];
        return seen.SequenceEqual(expected) ? functions : throw new TracingException(
            $"libtorch {library.Version} at {library.Path} reports operators in another way than MaaS knows: expected "
            + $"{string.Join(", ", expected)}, got {string.Join(", ", seen)}. Reference TorchSharp's own libtorch "
                + "package");
    }

    // Gives an empty std::unique_ptr<ObserverContext> through the hidden pointer.
    [UnmanagedCallersOnly]
    private static nint* Started(nint* context, nint function)
    {
        *context = 0;
        if (observation is not { } current)
        {
            return context;
        }

        var depth = current.Depth++;
        if (depth <= current.Deepest)
        {
            current.Seen(
                Marshal.PtrToStringUTF8((nint)current.Functions._name(function)) ?? "",
                Marshal.PtrToStringUTF8((nint)current.Functions._overload(function)) ?? "", depth);
        }

        return context;
    }

    [UnmanagedCallersOnly]
    private static void Ended(nint function, nint context)
    {
        if (observation is { } current)
        {
            current.Depth--;
        }
    }

    private sealed class Observation(RecordFunctions functions, Action<string, string, int> seen, int deepest)
    {
        public int Deepest { get; } = deepest;

        public RecordFunctions Functions { get; } = functions;

        public Action<string, string, int> Seen { get; } = seen;

        public int Depth { get; set; }
    }

    // at::RecordFunctionCallback: scopes by number, then whether it needs inputs, outputs and ids.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct Callback
    {
        public const int FunctionScope = 0;

        public nint Start;
        public nint End;
        public double Probability;
        public ScopeFlags Scopes;

        [InlineArray(16)]
        public struct ScopeFlags
        {
            private byte _first;
        }
    }
}
