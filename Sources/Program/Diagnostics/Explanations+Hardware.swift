import Syntax

extension ProgramExplanations {
    /// L0500 to L0503: TLBs.
    static let hardware: [Explanation] = [
        entry(
            "L0500", "no such TLB",
            "TLB_WALK and the tlb_ functions name a TLB by the name that its declaration gives it, not by an address. "
                + "Every CPU has one of its own under that name; which of them is meant follows from where the code "
                + "runs, or from the argument that says it.",
            """
            struct page { int data; };
            TLB(struct page *, tlb, 1);

            THREAD(zap, 1) { tlb_flush_broadcast(dtlb, ALL_ENTRIES, ALL_CPUS); }
            """),
        entry(
            "L0501", "fill by the program",
            "The hardware walks the page tables and fills its TLB when it likes: that is what TLB_WALK says, and "
                + "no code of the kernel does it. The program looks entries up with tlb_access() and takes them out "
                + "with the flushes. Before the run begins INIT may fill entries, as though they had been used.",
            """
            struct page { int data; };
            TLB(struct page *, tlb, 1);

            THREAD(user, 1) { tlb_fill(tlb, 0, 0, NULL); }
            """),
        entry(
            "L0502", "size of a TLB",
            "An entry of a TLB stands for an address that the model speaks of, not for a slot of the hardware: two "
                + "pages of user memory are two entries. Each entry is part of the state of each CPU that accesses "
                + "the TLB, so take as few as show the race.",
            """
            struct page { int data; };
            TLB(struct page *, tlb, 0);

            THREAD(zap, 1) { tlb_flush_broadcast(tlb, ALL_ENTRIES, ALL_CPUS); }
            """),
        entry(
            "L0503", "TLB of a callback's CPU",
            "tlb_access() and tlb_flush_local() are for the TLB of the CPU that the caller runs on. A callback of "
                + "call_rcu() runs on whichever CPU has got to it, so the model does not place it anywhere.",
            """
            struct page { int data; };
            OBJECTS(struct page, pages, 1);
            TLB(struct page *, tlb, 1);

            static void free_page(struct page *p)
            {
                    tlb_flush_local(tlb, ALL_ENTRIES);
            }

            THREAD(zap, 1) { call_rcu(alloc(pages), free_page); }
            """),
    ]
}
