namespace MaaS.Training.Tracing.LibTorch;

/// <summary>The functions of libtorch's stable C interface with which operators are registered. Tensors and lists are
/// handles; whoever is called with one owns it.</summary>
internal sealed unsafe class StableFunctions
{
    private const int Meta = 14;   // c10::DeviceType::Meta

    private readonly delegate* unmanaged<byte*, byte*, byte*, uint, nint*, int> _libraryInitImpl;
    private readonly delegate* unmanaged<nint, byte*, nint, int> _libraryImpl;
    private readonly delegate* unmanaged<nint, long*, int> _getDim;
    private readonly delegate* unmanaged<nint, long**, int> _getSizes;
    private readonly delegate* unmanaged<nint, int*, int> _getDtype;
    private readonly delegate* unmanaged<long, long*, long*, int, int, int, nint*, int> _emptyStrided;
    private readonly delegate* unmanaged<nint, int> _deleteTensor;
    private readonly delegate* unmanaged<nint, nuint*, int> _listSize;
    private readonly delegate* unmanaged<nint, nuint, ulong*, int> _listItem;
    private readonly delegate* unmanaged<nint, int> _deleteList;

    /// <exception cref="TracingException">The library lacks a function.</exception>
    public StableFunctions(LoadedLibTorch library)
    {
        _libraryInitImpl = (delegate* unmanaged<byte*, byte*, byte*, uint, nint*, int>)
            library.Export("aoti_torch_library_init_impl");
        _libraryImpl = (delegate* unmanaged<nint, byte*, nint, int>)library.Export("aoti_torch_library_impl");
        _getDim = (delegate* unmanaged<nint, long*, int>)library.Export("aoti_torch_get_dim");
        _getSizes = (delegate* unmanaged<nint, long**, int>)library.Export("aoti_torch_get_sizes");
        _getDtype = (delegate* unmanaged<nint, int*, int>)library.Export("aoti_torch_get_dtype");
        _emptyStrided = (delegate* unmanaged<long, long*, long*, int, int, int, nint*, int>)
            library.Export("aoti_torch_empty_strided");
        _deleteTensor = (delegate* unmanaged<nint, int>)library.Export("aoti_torch_delete_tensor_object");
        _listSize = (delegate* unmanaged<nint, nuint*, int>)library.Export("torch_list_size");
        _listItem = (delegate* unmanaged<nint, nuint, ulong*, int>)library.Export("torch_list_get_item");
        _deleteList = (delegate* unmanaged<nint, int>)library.Export("torch_delete_list");
    }

    /// <summary>A library of kernels of ATen's operators for the device meta, which lives as long as the
    /// process.</summary>
    public nint MetaLibrary()
    {
        nint library = 0;
        fixed (byte* space = "aten\0"u8, key = "Meta\0"u8, file = "MaaS.Training\0"u8)
        {
            Check(_libraryInitImpl(space, key, file, 1, &library), "aoti_torch_library_init_impl");
        }

        return library;
    }

    /// <summary>Adds a kernel.</summary>
    /// <param name="library">From <see cref="MetaLibrary"/>.</param>
    /// <param name="name">The operator, such as <c>relu</c>, and its overload behind a dot.</param>
    /// <param name="kernel">Takes the stack of arguments, their count and the count of results.</param>
    public void Implement(nint library, ReadOnlySpan<byte> name, nint kernel)
    {
        fixed (byte* text = name)
        {
            Check(_libraryImpl(library, text, kernel), "aoti_torch_library_impl");
        }
    }

    /// <summary>A tensor's shape.</summary>
    public long[] Sizes(nint tensor)
    {
        long rank;
        long* sizes;
        _ = _getDim(tensor, &rank);
        _ = _getSizes(tensor, &sizes);
        return new ReadOnlySpan<long>(sizes, (int)rank).ToArray();
    }

    /// <summary>A contiguous tensor without values. It always exists, since the kernels that return it cannot throw:
    /// sizes below 0, which forward would be refused with values, become 0 and show as a shape that
    /// disagrees.</summary>
    /// <param name="sizes">Its shape.</param>
    /// <param name="like">Has its element type.</param>
    public nint Empty(ReadOnlySpan<long> sizes, nint like)
    {
        long[] whole = [.. sizes];
        for (var axis = 0; axis < whole.Length; axis++)
        {
            whole[axis] = Math.Max(whole[axis], 0);
        }

        int type;
        _ = _getDtype(like, &type);
        var strides = new long[whole.Length];
        long step = 1;
        for (var axis = whole.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(whole[axis], 1);
        }

        nint tensor = 0;
        fixed (long* size = whole, stride = strides)
        {
            _ = _emptyStrided(whole.Length, size, stride, type, Meta, 0, &tensor);
        }

        return tensor;
    }

    /// <summary>Gives a tensor back.</summary>
    public void Delete(nint tensor) => _ = _deleteTensor(tensor);

    /// <summary>The integers of a list, which is given back.</summary>
    public long[] TakeIntegers(ulong list)
    {
        nuint count;
        _ = _listSize((nint)list, &count);
        var integers = new long[count];
        for (nuint i = 0; i < count; i++)
        {
            ulong item;
            _ = _listItem((nint)list, i, &item);
            integers[i] = (long)item;
        }

        _ = _deleteList((nint)list);
        return integers;
    }

    private static void Check(int code, string function)
    {
        if (code != 0)
        {
            throw new TracingException($"libtorch's {function} expected to succeed, got error code {code}");
        }
    }
}
