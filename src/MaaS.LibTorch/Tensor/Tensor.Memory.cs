using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // Elements as .NET values.
    public partial class Tensor
    {
        /// <summary>The elements, in place for a CPU tensor, else of a copy.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's element type.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The only element.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        public Scalar ToScalar()
        {
            var value = Dispatcher.CallValue("item", [this]);
            return value.Tag switch
            {
                Tag.Double => Scalar.Real(value.Real),
                Tag.Bool => Scalar.Boolean(value.Integer != 0),
                _ => Scalar.Integer(value.Integer),
            };
        }

        /// <summary>The memory of a contiguous CPU tensor; a span of it must not outlive the tensor.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var length = ByteCount();
                if (length > int.MaxValue)
                    throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                return new Span<byte>(Info.Data, (int)length);
            }
            set
            {
                var length = ByteCount();
                if (length != value.Length)
                    throw new ArgumentException($"expected {length} bytes, got {value.Length}", nameof(value));
                value.CopyTo(new Span<byte>(Info.Data, value.Length));
                GC.KeepAlive(this);
            }
        }

        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using var memory = new UnmanagedMemoryStream((byte*)Info.Data, ByteCount());
            memory.CopyTo(stream, bufferSize);
            GC.KeepAlive(this);
        }

        /// <exception cref="EndOfStreamException">The stream ends before the tensor is full.</exception>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            var left = ByteCount();
            for (var target = (byte*)Info.Data; left > 0;)
            {
                var block = new Span<byte>(target, (int)Math.Min(left, int.MaxValue));
                stream.ReadExactly(block);
                target += block.Length;
                left -= block.Length;
            }
            GC.KeepAlive(this);
        }

        public bool ReadCpuBool(long i) => TensorAccessor<bool>.ReadItemAt(this, i);
        public byte ReadCpuByte(long i) => TensorAccessor<byte>.ReadItemAt(this, i);
        public sbyte ReadCpuSByte(long i) => TensorAccessor<sbyte>.ReadItemAt(this, i);
        public short ReadCpuInt16(long i) => TensorAccessor<short>.ReadItemAt(this, i);
        public int ReadCpuInt32(long i) => TensorAccessor<int>.ReadItemAt(this, i);
        public long ReadCpuInt64(long i) => TensorAccessor<long>.ReadItemAt(this, i);
        public float ReadCpuSingle(long i) => TensorAccessor<float>.ReadItemAt(this, i);
        public double ReadCpuDouble(long i) => TensorAccessor<double>.ReadItemAt(this, i);
        public float ReadCpuFloat16(long i) => (float)TensorAccessor<Half>.ReadItemAt(this, i);
        public float ReadCpuBFloat16(long i) => TensorAccessor<BFloat16>.ReadItemAt(this, i).ToSingle();
        public T ReadCpuValue<T>(long i) where T : unmanaged => TensorAccessor<T>.ReadItemAt(this, i);

        internal void ValidateType(Type dotnetType)
        {
            if (ToScalarType(dotnetType) != dtype)
                throw new ArgumentException($"{dotnetType.Name} is not compatible with {dtype}");
        }

        private long ByteCount()
        {
            var info = Info;
            if (info.IsContiguous == 0)
                throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            if (info.DeviceType != (int)DeviceType.CPU)
                throw new InvalidOperationException(
                    "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            return info.Elements * info.ElementSize;
        }
    }
}
