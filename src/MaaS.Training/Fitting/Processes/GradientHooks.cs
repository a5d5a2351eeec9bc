using System.Runtime.InteropServices;
using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Calls of libtorch while a backward pass runs: one for each parameter whose gradient is complete.</summary>
/// <remarks>
/// TorchSharp 0.107 has no tensor hooks. Its custom functions do not serve: an identity on each parameter, made before
/// the forward pass, is the oldest node of the graph, and libtorch runs the oldest nodes last. libtorch itself has
/// <c>register_post_accumulate_grad_hook</c>; its C++ form is the exported function below, which takes an object of the
/// abstract class PostAccumulateGradHook (torch/csrc/autograd/function_hook.h). Such an object is a pointer to a table
/// of five functions.
/// </remarks>
internal sealed unsafe class GradientHooks : IDisposable
{
    // void set_post_acc_grad_hooks(const at::TensorBase&, std::unique_ptr<PostAccumulateGradHook>)
    private const string SetHooks =
        "_ZN5torch8autograd4impl23set_post_acc_grad_hooksERKN2at10TensorBaseESt10unique_ptrINS0_22"
        + "PostAccumulateGradHookESt14default_deleteIS7_EE";

    // The layout of the class is known for this release.
    private const string KnownRelease = "2.10.";

    private static readonly Lazy<nint> SetFunction = new(Find);
    private static readonly nint* Functions = MakeFunctions();

    private readonly Tensor[] _parameters;
    private readonly Action<int> _ready;
    private readonly GCHandle _self;

    private GradientHooks(IEnumerable<Tensor> parameters, Action<int> ready)
    {
        (_parameters, _ready) = ([.. parameters], ready);
        _self = GCHandle.Alloc(this);
        for (var i = 0; i < _parameters.Length; i++)
        {
            var hook = (Hook*)NativeMemory.Alloc((nuint)sizeof(Hook));
            *hook = new Hook { Functions = Functions, Owner = GCHandle.ToIntPtr(_self), Parameter = i };
            Set(_parameters[i], hook);
        }
    }

    /// <summary>Asks for the calls.</summary>
    /// <param name="parameters">Leaves that require gradients; must live until the hooks are disposed.</param>
    /// <param name="ready">Gets a parameter's position when its gradient is complete, on the thread that computes
    /// it; must not throw.</param>
    /// <returns>Null where this system or this libtorch does not offer it.</returns>
    public static GradientHooks? TryAttach(IEnumerable<Tensor> parameters, Action<int> ready)
        => SetFunction.Value != 0 ? new GradientHooks(parameters, ready) : null;

    public void Dispose()
    {
        foreach (var parameter in _parameters)
        {
            Set(parameter, null);   // libtorch deletes the hook that was there.
        }

        _self.Free();
    }

    // Linux alone has this form of virtual tables. Whether the function does what it should is tried on a tensor.
    private static nint Find()
    {
        if (!OperatingSystem.IsLinux()
            || LibTorchLibrary.Version?.StartsWith(KnownRelease, StringComparison.Ordinal) != true
            || !LibTorchLibrary.TryGetExport(SetHooks, out var function))
        {
            return 0;
        }

        return Works(function) ? function : 0;
    }

    private static bool Works(nint function)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var calls = 0;
        var parameter = ones(2, requires_grad: true);
        var handle = GCHandle.Alloc(new Action(() => calls++));
        try
        {
            var hook = (Hook*)NativeMemory.Alloc((nuint)sizeof(Hook));
            *hook = new Hook { Functions = Functions, Owner = GCHandle.ToIntPtr(handle), Parameter = 0 };
            Set(function, parameter, hook);
            (parameter * parameter).sum().backward();
            Set(function, parameter, null);
            (parameter * parameter).sum().backward();
            return calls == 1;
        }
        finally
        {
            handle.Free();
        }
    }

    private static void Set(Tensor parameter, Hook* hook) => Set(SetFunction.Value, parameter, hook);

    // A unique_ptr is passed by its address; the function takes what it points to.
    private static void Set(nint function, Tensor parameter, Hook* hook)
        => ((delegate* unmanaged<nint, Hook**, void>)function)(parameter.Handle, &hook);

    // Itanium C++ ABI 2.5: two destructors, then the class's functions in their order. The two words before them,
    // offset and type, are not read.
    private static nint* MakeFunctions()
    {
        var table = (nint*)NativeMemory.AllocZeroed(7, (nuint)sizeof(nint));
        var functions = table + 2;
        functions[0] = (nint)(delegate* unmanaged<Hook*, void>)&Destroy;
        functions[1] = (nint)(delegate* unmanaged<Hook*, void>)&Delete;
        functions[2] = (nint)(delegate* unmanaged<Hook*, nint, void>)&Call;
        functions[3] = functions[4] = (nint)(delegate* unmanaged<Hook*, nint, nint, void>)&Ignore;
        return functions;
    }

    [UnmanagedCallersOnly]
    private static void Destroy(Hook* hook)
    {
    }

    [UnmanagedCallersOnly]
    private static void Delete(Hook* hook) => NativeMemory.Free(hook);

    [UnmanagedCallersOnly]
    private static void Call(Hook* hook, nint tensor)
    {
        switch (GCHandle.FromIntPtr(hook->Owner).Target)
        {
            case GradientHooks owner:
                owner._ready(hook->Parameter);
                break;
            case Action probe:
                probe();
                break;
        }
    }

    // compiled_args and apply_with_saved: of Python's compiled autograd.
    [UnmanagedCallersOnly]
    private static void Ignore(Hook* hook, nint first, nint second)
    {
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Hook
    {
        public nint* Functions;
        public nint Owner;
        public int Parameter;
    }
}
