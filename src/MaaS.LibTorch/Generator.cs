using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
            : this(Native.Check(Native.maas_generator(seed, (int)(device ?? CPU).type, (device ?? CPU).index)), device ?? CPU)
        {
        }

        internal Generator(nint handle, Device device) => (_handle, this.device) = (handle, device);

        ~Generator() => Dispose(false);

        /// <summary>The CPU's own generator, the one that operators use when none is given.</summary>
        public static Generator Default => new(Native.Check(Native.maas_default_generator((int)DeviceType.CPU, -1)), CPU);

        public nint Handle =>
            _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public Device device { get; private set; }

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.maas_generator_set_seed(Handle, unchecked((ulong)seed)));
            return this;
        }

        /// <summary>Seeds the generator from the clock.</summary>
        /// <returns>The seed.</returns>
        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        public long initial_seed()
        {
            var seed = Native.maas_generator_seed(Handle);
            GC.KeepAlive(this);
            return unchecked((long)seed);
        }

        public Tensor get_state()
        {
            var state = Native.Check(Native.maas_generator_state(Handle));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            Native.Check(Native.maas_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _handle, 0) is var native and not 0) Native.maas_generator_delete(native);
        }
    }
}
