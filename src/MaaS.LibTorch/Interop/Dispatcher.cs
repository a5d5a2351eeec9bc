using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp.Interop;

/// <summary>
/// Calls ATen operators through libtorch's dispatcher. An operator is named as in libtorch's schemas without the
/// <c>aten::</c> prefix ("add.Tensor": operator add, overload Tensor); trailing arguments with defaults may be left out.
/// Errors are <see cref="ExternalException"/> with libtorch's message.
/// </summary>
internal static unsafe class Dispatcher
{
    // Handles are found once and stay valid for the life of the process.
    private static readonly ConcurrentDictionary<string, nint> Handles = new();

    /// <summary>Calls an operator that returns one tensor.</summary>
    public static torch.Tensor Call(string op, params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Invoke(op, arguments, &result, 1);
        return Tensor(result);
    }

    /// <summary>Calls an in-place operator and returns <paramref name="self"/>, which is its first argument.</summary>
    public static torch.Tensor CallInPlace(string op, torch.Tensor self, params ReadOnlySpan<Arg> rest)
    {
        var arguments = new Arguments();
        arguments[0] = self;
        rest.CopyTo(((Span<Arg>)arguments)[1..]);
        Invoke(op, ((Span<Arg>)arguments)[..(rest.Length + 1)], null, 0);
        return self;
    }

    /// <summary>Calls an operator for its effect; what it returns is dropped.</summary>
    public static void CallVoid(string op, params ReadOnlySpan<Arg> arguments) => Invoke(op, arguments, null, 0);

    public static (torch.Tensor, torch.Tensor) Call2(string op, params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[2];
        Invoke(op, arguments, results, 2);
        return (Tensor(results[0]), Tensor(results[1]));
    }

    public static (torch.Tensor, torch.Tensor, torch.Tensor) Call3(string op, params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[3];
        Invoke(op, arguments, results, 3);
        return (Tensor(results[0]), Tensor(results[1]), Tensor(results[2]));
    }

    public static (torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor) Call4(string op, params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[4];
        Invoke(op, arguments, results, 4);
        return (Tensor(results[0]), Tensor(results[1]), Tensor(results[2]), Tensor(results[3]));
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    public static torch.Tensor[] CallList(string op, params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Invoke(op, arguments, &result, 1);
        var handles = new ReadOnlySpan<nint>((void*)result.Pointer, result.Size);
        var tensors = new torch.Tensor[result.Size];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new torch.Tensor(handles[i]);
        Native.maas_free((void*)result.Pointer);
        return tensors;
    }

    public static bool CallBool(string op, params ReadOnlySpan<Arg> arguments) => CallValue(op, arguments).Integer != 0;

    public static long CallLong(string op, params ReadOnlySpan<Arg> arguments) => CallValue(op, arguments).Integer;

    public static double CallDouble(string op, params ReadOnlySpan<Arg> arguments) => CallValue(op, arguments).Real;

    /// <summary>Calls an operator that returns a number, whose tag tells its kind.</summary>
    public static Value CallValue(string op, ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Invoke(op, arguments, &result, 1);
        return result;
    }

    // An undefined tensor (an unused bias, say) comes as a null pointer.
    private static torch.Tensor Tensor(in Value value) => value.Pointer != 0 ? new torch.Tensor(value.Pointer) : null!;

    [SkipLocalsInit]
    private static void Invoke(string op, ReadOnlySpan<Arg> arguments, Value* results, int capacity)
    {
        const int onStack = 128;
        var handle = Handles.TryGetValue(op, out var known) ? known : Find(op);
        var words = 0;
        foreach (ref readonly var argument in arguments) words += argument.Words;

        var values = stackalloc Value[arguments.Length];
        var stack = stackalloc long[words <= onStack ? words : 0];
        var memory = words <= onStack ? stack : (long*)NativeMemory.Alloc((nuint)words, sizeof(long));
        try
        {
            var free = memory;
            for (var i = 0; i < arguments.Length; i++) values[i] = Write(arguments[i], ref free);
            Native.Check(Native.maas_call(handle, values, arguments.Length, results, capacity));
        }
        finally
        {
            if (words > onStack) NativeMemory.Free(memory);
            foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Reference);
        }
    }

    private static nint Find(string op)
    {
        var dot = op.IndexOf('.');
        var (name, overload) = dot < 0 ? (op, "") : (op[..dot], op[(dot + 1)..]);
        return Handles[op] = Native.Check(Native.maas_operator("aten::" + name, overload));
    }

    private static Value Write(in Arg argument, ref long* free)
    {
        var value = new Value { Tag = argument.Tag, Integer = argument.Bits };
        var start = free;
        switch (argument.Tag)
        {
            case Tag.Tensor:
                value.Pointer = Unsafe.As<torch.Tensor>(argument.Reference!).Handle;
                return value;
            case Tag.Generator:
                value.Pointer = Unsafe.As<torch.Generator>(argument.Reference!).Handle;
                return value;
            case Tag.IntList:
                foreach (var item in (long[])argument.Reference!) *free++ = item;
                break;
            case Tag.DoubleList:
                foreach (var item in (double[])argument.Reference!) *free++ = BitConverter.DoubleToInt64Bits(item);
                break;
            case Tag.BoolList:
                var flags = (bool[])argument.Reference!;
                for (var i = 0; i < flags.Length; i++) ((byte*)start)[i] = flags[i] ? (byte)1 : (byte)0;
                free += flags.Length;
                value.Size = flags.Length;
                value.Pointer = (nint)start;
                return value;
            case Tag.TensorList:
                foreach (var tensor in (torch.Tensor[])argument.Reference!)
                    *free++ = (tensor ?? throw new ArgumentNullException(nameof(argument), "a tensor of the list is null")).Handle;
                break;
            case Tag.OptionalTensorList:
                foreach (var tensor in (torch.Tensor?[])argument.Reference!) *free++ = tensor?.Handle ?? 0;
                break;
            case Tag.ScalarList:
                foreach (var scalar in (Scalar[])argument.Reference!)
                {
                    *(Value*)free = new Value { Tag = scalar.Tag, Integer = scalar.Bits };
                    free += 2;
                }
                value.Size = (int)(free - start) / 2;
                value.Pointer = (nint)start;
                return value;
            case Tag.String:
                var text = (string)argument.Reference!;
                value.Size = Encoding.UTF8.GetBytes(text, new Span<byte>(start, 3 * text.Length));
                value.Pointer = (nint)start;
                free += argument.Words;
                return value;
            default:
                return value;
        }
        value.Size = (int)(free - start);
        value.Pointer = (nint)start;
        return value;
    }

    // The widest in-place operator takes eight arguments.
    [InlineArray(8)]
    private struct Arguments
    {
        private Arg _first;
    }
}
