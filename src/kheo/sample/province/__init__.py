"""All of Tuyên Quang: real committees and communes, invented cells, one seed."""
