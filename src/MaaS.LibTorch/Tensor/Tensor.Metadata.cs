using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Shape, type, device.
    public partial class Tensor
    {
        /// <summary>A snapshot; who reads through its pointers keeps the tensor alive meanwhile.</summary>
        internal unsafe TensorInfo Info
        {
            get
            {
                TensorInfo info;
                Native.Check(Native.maas_tensor_info(Handle, &info));
                GC.KeepAlive(this);
                return info;
            }
        }

        public long Dimensions => Info.Dimensions;

        public long dim() => Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Info.Elements;

        public long numel() => NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Info.ElementSize;

        public long element_size() => ElementSize;

        public ScalarType dtype => (ScalarType)Info.DType;

        public DeviceType device_type => (DeviceType)Info.DeviceType;

        public int device_index => Info.DeviceIndex;

        public Device device
        {
            get
            {
                var info = Info;
                var type = (DeviceType)info.DeviceType;
                return type == DeviceType.CPU ? new Device(type) : new Device(type, info.DeviceIndex);
            }
        }

        public long[] shape => size();

        public unsafe long[] size()
        {
            var info = Info;
            var sizes = new ReadOnlySpan<long>(info.Sizes, info.Dimensions).ToArray();
            GC.KeepAlive(this);
            return sizes;
        }

        public long size(int dim) => Dispatcher.CallLong("size.int", this, dim);

        public unsafe long[] stride()
        {
            var info = Info;
            if (info.Strides is null) throw new InvalidOperationException("stride: the tensor's layout has no strides");
            var strides = new ReadOnlySpan<long>(info.Strides, info.Dimensions).ToArray();
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => Dispatcher.CallLong("stride.int", this, dim);

        public long storage_offset() => Info.StorageOffset;

        public bool is_contiguous() => Info.IsContiguous != 0;

        public bool is_sparse => Info.IsSparse != 0;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_pinned() => Dispatcher.CallBool("is_pinned", this);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_quantized() => torch.is_quantized(dtype);

        /// <summary>Whether the one element is not zero.</summary>
        /// <exception cref="InvalidOperationException">The tensor has more than one element.</exception>
        public bool is_nonzero() => numel() == 1
            ? Dispatcher.CallBool("is_nonzero", this)
            : throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");
    }
}
